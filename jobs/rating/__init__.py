"""What can be said of the raters: how they lean, agree, drift and repeat themselves, and what each one changes."""

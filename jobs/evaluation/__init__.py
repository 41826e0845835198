"""The figures by which a challenger is compared with the champion, one file for each kind."""

"""What people thought of it: criteria, rater calibration, pairs, text metrics, judge. Imports nothing of ours."""

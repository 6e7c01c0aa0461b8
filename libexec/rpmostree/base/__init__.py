"""What knows neither ostree nor rpm: processes, locks, files, errors, events."""

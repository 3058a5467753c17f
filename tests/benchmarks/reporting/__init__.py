"""What a question costs the reporting API, however many events it counts."""

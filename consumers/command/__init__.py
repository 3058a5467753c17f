"""What the operators' command lines (`consumers.redrive`, `reporting.hidden` …) share. No function imports it, nor its libraries."""

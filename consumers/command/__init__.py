"""What the command lines of redrive, rebuild and erase share. No function imports it, nor its libraries."""

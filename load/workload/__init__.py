"""What is sent: how the rate goes over time, when each event is due, and what events look like."""

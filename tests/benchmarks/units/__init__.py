"""What an event costs in DynamoDB's units, by its documented sizing rules."""

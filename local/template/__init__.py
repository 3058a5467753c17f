"""The template, translated and resolved to what the local stack runs."""

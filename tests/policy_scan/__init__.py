"""A policy scanner from the field (checkov) over the templates, with a baseline that says why what it finds stays."""

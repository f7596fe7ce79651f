"""Mail, handed over to a server or shown on a console."""

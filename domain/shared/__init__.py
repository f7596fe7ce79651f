"""What every bounded context shares: ids, time, text, decisions, errors."""

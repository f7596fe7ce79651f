"""What every bounded context shares: ids, time, text, money, tiers, decisions, errors."""

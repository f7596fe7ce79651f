"""Events on their way out: whom they are delivered to, and what becomes of each delivery."""

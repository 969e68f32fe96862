"""Work orders (转办单, form 9): what is handed on, until when, what came of it, and what its caller hears of it."""

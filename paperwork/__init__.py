"""What a hotline answers for on paper: answer records, work orders, registers, reports."""

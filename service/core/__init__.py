"""The lowest floor: pure rules, without clock, chance, input or output."""

"""The commands beside `serve`, one file each. Their modules import nothing heavy at the top: `piecework --help` answers at once."""

"""Quality: talks are drawn by lot, judged against a sheet, contested, settled; averages, calibration, satisfaction."""

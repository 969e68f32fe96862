"""What goes on paper: reports and official forms as HTML, PDF and XLSX. Nothing is fetched from anywhere."""

"""Reports: values computed from what was kept, then shown as JSON, CSV, XLSX, HTML and PDF."""

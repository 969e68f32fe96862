"""Dashboards as code: boards of panels, each of which answers one question, and the files that Grafana is given.

`python -m hotline.dashboards` writes `monitoring/dashboards`; `boards.py` names them all.
"""

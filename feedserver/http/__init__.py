"""What all HTTP faces share: answers and their headers, who asks and over what, forms, templates, the access log.

This room knows no route and decides nothing about shares: it imports model and languages alone. The public faces
(`feedserver.web`) and the admin page (`admin`) are built from it, so that the headers of every answer come from one
place (threat group O).
"""

"""The script every session runs.

Streamlit makes it the main module, so every process that is spawned meanwhile reads it as well. There it does
nothing: a worker needs neither Streamlit nor a page.
"""

if __name__ == "__main__":
    from cnn.web.navigation import show

    show()

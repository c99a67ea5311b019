"""The pages. Only this package and ``app.py`` import gradio; callbacks are one-liners into the packages below it."""

"""A worksheet of a lesson, which prints to two pages: questions, then solutions."""

import streamlit as st

from cnn.lessons.worksheets import SETS, worksheet
from cnn.web.learn.lesson import LESSONS
from cnn.web.learn.worksheet_html import sheet_html

st.title("Worksheet")
keys = {lesson.title: lesson.key for lesson in LESSONS}
with st.container(horizontal=True, vertical_alignment="bottom", key="no-print"):
    title = st.selectbox("Lesson", list(keys), key="lesson", bind="query-params", width=260)
    number = st.number_input("Set of numbers", 1, SETS, 1, key="set", bind="query-params", width=160)
st.html(sheet_html(worksheet(keys[title], int(number)), title))

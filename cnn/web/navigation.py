"""The navigation bar and the settings of every page."""

from copy import copy
from functools import cache

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.web.app import address
from cnn.web.app.component import FRONTEND, component
from cnn.web.app.restart import watch_for_restart
from cnn.web.app.service import page_is_out
from cnn.web.app.session import session, theme
from cnn.web.app.turns import page_turns
from cnn.web.learn.lesson import LESSONS

DAY_SECONDS = 24 * 3600
STYLE = """<style>
a:focus-visible, button:focus-visible { outline: 3px solid #3A97D9 !important; outline-offset: 2px; }
[class*="st-key-refused-"] p { color: #B3261E; }
@media (max-width: 800px) {  /* see widgets.stacking_columns */
  .st-key-stacking > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]
  { min-width: calc(100% - 1.5rem); }
}
/* see widgets.short_columns */
.st-key-short > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]
{ flex: 1 1 calc(20% - 1rem); min-width: calc(20% - 1rem); }
@media (max-width: 640px) {
  .st-key-short > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]
  { flex-basis: calc(50% - 1rem); min-width: calc(50% - 1rem); }
}
/* The words of a switch wrap where Streamlit would cut them off. */
.stCheckbox label * { white-space: normal; overflow: visible; }
/* In a narrow window the navigation is behind this button, of which Streamlit shows only two arrows. */
[data-testid="stExpandSidebarButton"] { width: auto; gap: .35rem; padding-inline: .4rem; }
[data-testid="stExpandSidebarButton"]::after { content: "Menu"; font-size: 1rem; }
/* The long names of settings stand below each other; Streamlit scrolls them sideways and fades the last. */
.st-key-grid-axes .react-aria-ComboBox, .st-key-grid-axes [role="group"]:has(> [data-testid]),
.st-key-grid-axes [data-testid="stMultiSelectTagsContainer"], .st-key-grid-axes [data-tag] {
  height: auto; max-height: none; flex-wrap: wrap; overflow: visible; mask-image: none;
}
.st-key-grid-axes [role="group"]:has(> [data-testid]), .st-key-grid-axes [data-tag] { flex-wrap: nowrap; }
.st-key-grid-axes [data-testid="stMultiSelectTagsContainer"] { flex: 1 1 0; min-width: 0; }
.st-key-grid-axes [data-tag] { flex: 0 1 auto; }
.st-key-grid-axes [data-tag] > span { white-space: normal; overflow: visible; }
/* Where the system forces its colours, what only a ground shows gets a line: tracks, thumbs, switches, choices. */
@media (forced-colors: active) {
  .stSlider [role="group"] > div > div:first-child, .stCheckbox label > div:first-of-type, [role="progressbar"] > div
  { outline: 1px solid CanvasText; }
  .stSlider [role="group"] > div > div[data-rac] { outline: 6px solid Highlight; outline-offset: -6px; }
  .stCheckbox label > div:first-of-type > div { outline: 5px solid ButtonText; outline-offset: -5px; }
  [data-selected="true"], [aria-checked="true"], [role="tab"][aria-selected="true"]
  { outline: 3px solid Highlight; outline-offset: -2px; }
  button[kind="primary"], button[kind="primaryFormSubmit"] { border-width: 3px; }
}
</style>"""
# On paper there is nothing to press and nothing to scroll; how large it is printed is settled by page_tools.ts.
PRINT_STYLE = """<style>
@media print {
  header, [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stTooltipIcon"],
  .stButton, .stDownloadButton, .stPageLink, .stPopover, .stButtonGroup, .stSlider, .stFileUploader,
  .st-key-page-tools, [data-testid="stMainBlockContainer"] .stSpace, .st-key-no-print
  { display: none !important; }
  html, body, #root, #root > div, [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static !important; overflow: visible !important; height: auto !important; min-height: 0 !important;
  }
  [data-testid="stMainBlockContainer"] { padding: 0 !important; }
  [data-testid="stApp"], body { background: #FFFFFF !important; }
  [data-testid="stExpander"]:has(details:not([open])) { display: none !important; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-wrap: nowrap !important; }
  [data-testid="stColumn"] { min-width: 0 !important; }
  .stPlotlyChart, .stImage, [data-testid="stVerticalBlockBorderWrapper"] { break-inside: avoid; }
}
</style>"""
# The whole page is enlarged, components with it. A drawing is as wide as the page all the same: its text grows by
# --type (drawing.css).
LARGE_STYLE = """<style>
[data-testid="stMainBlockContainer"] { zoom: 1.4; padding-top: 4rem; --type: 1.3; }
</style>"""
# Streamlit marks the link of the page that is shown, but not the menu that such a link is in.
MENU_STYLE = """<style>
.rc-overflow-item:nth-child(%d) > [data-testid="stTopNavSection"] {
  background: color-mix(in srgb, currentColor 9%%, transparent); border-radius: 6px;
}
.rc-overflow-item:nth-child(%d) > [data-testid="stTopNavSection"] p { font-weight: 600; }
</style>"""
# White is hard to read on the dark theme's primary colour, which is bright enough to be read as text on dark ground.
DARK_STYLE = """<style>
[data-testid="stMultiSelectTagsContainer"] [data-tag] { background-color: #1B6FAE; }
[class*="st-key-refused-"] p { color: #FFB4AB; }
button[kind="primary"], button[kind="primaryFormSubmit"], a[kind="primary"] {
  background-color: #1B6FAE; border-color: #1B6FAE; color: #FFFFFF;
}
</style>"""


_tools = component("page_tools", '<div class="tools"></div>')


@cache
def _pages() -> tuple[list[st.Page], list[st.Page], list[st.Page]]:
    """Return the pages of the bar, of the menu *Find out*, and of the menu *Learn*.

    Streamlit looks for the file of each, which takes a tenth of the work of a page; whoever shows them takes copies,
    since Streamlit notes in a page that it is the one shown.
    """
    lessons = [st.Page("learn.py", title="All lessons", icon=":material/school:")]
    lessons.append(st.Page("worksheet.py", title="Worksheet", icon=":material/print:", visibility="hidden"))
    lessons += [st.Page(item.page, title=item.title, icon=f":material/{item.icon}:") for item in LESSONS]
    find_out = [
        st.Page("evaluate.py", title="Evaluate", icon=":material/fact_check:"),
        st.Page("runs.py", title="Runs", icon=":material/table_rows:"),
        st.Page("compare.py", title="Compare", icon=":material/compare:"),
        st.Page("grid.py", title="Grid", icon=":material/grid_on:"),
    ]
    first = [
        st.Page("home.py", title="Home", icon=":material/home:", default=True),
        st.Page("build.py", title="Build", icon=":material/dashboard_customize:"),
        st.Page("train.py", title="Train", icon=":material/model_training:"),
        st.Page("inside.py", title="Inside", icon=":material/grid_view:"),
        st.Page("classify.py", title="Classify", icon=":material/image_search:"),
        st.Page("take_home.py", title="Take home", icon=":material/download:"),
        st.Page("room.py", title="Class", icon=":material/groups:"),
    ]
    return first, find_out, lessons


def show() -> None:
    """Show the page that the address names, in its frame, when it is this visitor's turn."""
    with page_turns().turn():
        _show()


def _show() -> None:
    # First of all: for a page without an icon of its own, Streamlit has the browser ask Google for its menu's.
    st.set_page_config(page_icon=FRONTEND / "icon.png", layout="wide")
    first, find_out, lessons = ([copy(page) for page in pages] for pages in _pages())
    page = st.navigation({"": first, "Find out": find_out, "Learn": lessons}, position="top")
    st.set_page_config(f"{page.title} · CNN Lab")
    large = session().presenting or st.query_params.get("present") == "1"
    style = STYLE + PRINT_STYLE + DARK_STYLE * (theme().name == "dark") + LARGE_STYLE * large
    for place, menu in enumerate((find_out, lessons), len(first) + 1):
        if page.url_path in [one.url_path for one in menu]:
            style += MENU_STYLE % (place, place)
    st.html(style)
    if address.enter(page.url_path):
        session().entered_with = session().picture
    session().refused = []
    _drawn_anew_after_a_restart()
    try:
        page.run()
    except CnnLabError as error:  # what a page did not expect, an overflow for one, is still a sentence
        st.error(str(error), icon=":material/error:")
    finally:
        page_is_out()
    _page_tools(large)


def _page_tools(large: bool) -> None:
    """Offer below every page what a class needs of it: large type for the wall, a sheet of paper."""

    def switched() -> None:
        session().presenting = not large
        st.query_params.pop("present", None)

    st.space("large")
    with st.container(horizontal=True, vertical_alignment="center", key="page-tools"):
        words = "Usual size of type" if large else "Large type for a projector"
        st.button(words, icon=":material/present_to_all:", key="large-type", on_click=switched)
        _tools(data=None, key="print")


@st.fragment(run_every=DAY_SECONDS)
def _drawn_anew_after_a_restart() -> None:
    """Be there: a browser that finds its server again draws the page anew only where something on it runs by
    itself (Streamlit 1.67).
    """
    watch_for_restart()

//! What the pages have in common: frame, navigation, tokens of forms, paging, and the page of an
//! error.

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

use crate::fleet::sessions::OperatorSession;

/// Rows on a page of a list.
pub(in crate::fleet) const ROWS: u32 = 50;

const PAGES: [(&str, &str); 4] = [
    ("/fleet", "Devices"),
    ("/fleet/passages", "Passages"),
    ("/fleet/findings", "Findings"),
    ("/fleet/enrolment", "Enrolment"),
];

/// An answer with a page.
pub(in crate::fleet) fn show(page: &Markup) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (html, page.0.clone()).into_response()
}

/// A page without navigation.
pub(super) fn shell(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Gatepost hub" }
                link rel="stylesheet" href="/fleet/style.css";
                link rel="icon" href="data:,";
            }
            body { (body) }
        }
    }
}

/// A page of the session; `at` is its address in the navigation.
pub(super) fn page(title: &str, at: &str, session: &OperatorSession, body: &Markup) -> Markup {
    let whole = html! {
        a class="skip" href="#main" { "Skip to the content" }
        header { div {
            strong { "Gatepost hub" }
            nav aria-label="Pages" {
                @for (address, name) in PAGES {
                    a href=(address) aria-current=[(address == at).then_some("page")] { (name) }
                }
            }
            form method="post" action="/fleet/logout" {
                (token(session))
                span { (session.name) }
                button { "Log out" }
            }
        } }
        main id="main" { h1 { (title) } (body) }
    };
    shell(title, &whole)
}

/// The field that shows that a form is from a page of this session.
pub(super) fn token(session: &OperatorSession) -> Markup {
    html! { input type="hidden" name="token" value=(session.form_token); }
}

/// The page of an error.
pub(in crate::fleet) fn refused(session: Option<&OperatorSession>, why: &str) -> Markup {
    let body = html! {
        section {
            p class="note bad" role="alert" { (why) }
            a class="button" href="/fleet" { "Back" }
        }
    };
    match session {
        Some(session) => page("Not done", "", session, &body),
        None => shell("Not done", &html! { main class="login" { (body) } }),
    }
}

/// Links to the pages of a list before and after `at`.
pub(super) fn pager(address: &str, at: u32, shown: usize) -> Markup {
    let is_full = shown >= ROWS as usize;
    html! {
        @if at > 0 || is_full {
            p class="row" {
                @if at > 0 {
                    a class="button" href=(format!("{address}?page={}", at - 1)) { "Previous page" }
                }
                @if is_full {
                    a class="button" href=(format!("{address}?page={}", at + 1)) { "Next page" }
                }
            }
        }
    }
}

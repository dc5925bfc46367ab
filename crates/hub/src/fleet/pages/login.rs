//! The login page.

use maud::{Markup, html};

use super::layout::shell;

pub(in crate::fleet) fn login(failed: bool) -> Markup {
    let body = html! {
        main class="login" {
            section {
                h1 { "Gatepost hub" }
                @if failed {
                    p class="note bad" role="alert" {
                        "The name or password is wrong, or there were too many attempts: wait a "
                        "moment."
                    }
                }
                form method="post" action="/fleet/login" {
                    label {
                        "Name"
                        input type="text" name="name" autocomplete="username" autofocus required;
                    }
                    label {
                        "Password"
                        input type="password" name="password" required
                            autocomplete="current-password";
                    }
                    button class="main" { "Log in" }
                }
            }
        }
    };
    shell("Log in", &body)
}

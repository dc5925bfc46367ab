//! Compiles `app.slint` with its fonts and its translations inside the program.

use slint_build::{
    CompileError, CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind,
};

fn main() -> Result<(), CompileError> {
    // Tests find elements by it; a release carries none.
    let debug_info = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    slint_build::compile_with_config(
        "app.slint",
        CompilerConfiguration::new()
            .with_style("fluent".into())
            .embed_resources(EmbedResourcesKind::EmbedFiles)
            .with_bundled_translations("lang")
            .with_default_translation_context(DefaultTranslationContext::None)
            .with_debug_info(debug_info),
    )
}

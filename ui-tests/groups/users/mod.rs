//! The module that `a_module_in_a_file_of_its_own.rs` names.

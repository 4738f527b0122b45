//! Every limit of the service, with its reason.

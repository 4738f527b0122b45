//! HTTP: listeners with limits, who may ask, what both faces share.

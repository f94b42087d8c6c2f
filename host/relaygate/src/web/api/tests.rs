//! The document against the routes, without a program behind them.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::*;

fn document() -> Value {
    let (_, document) = described().split_for_parts();
    serde_json::to_value(with_ids(document)).expect("a document is JSON")
}

/// Every path and method of the document.
fn described_routes() -> Vec<(String, Method)> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").clone();
    let routes = paths.into_iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").clone();
        methods.into_iter().map(move |(method, _)| {
            let method = method.to_uppercase().parse().expect("a method");
            (path.clone(), method)
        })
    });
    routes.collect()
}

/// Without a gate every route answers 401, since no caller was recognised; what is no
/// route answers 404 and what is no method 405.
async fn status(path: &str, method: Method) -> StatusCode {
    let (routes, _) = described().split_for_parts();
    let request = Request::builder().method(method).uri(path);
    let request = request.body(Body::empty()).expect("a request");
    let answered = routes.oneshot(request).await;
    answered.expect("routers do not fail").status()
}

#[tokio::test]
async fn what_is_described_can_be_called_and_nothing_else() {
    let routes = described_routes();
    assert!(routes.len() > 30, "{routes:?}");
    for (path, _) in &routes {
        let filled = path
            .replace("{id}", "7")
            .replace("{domain}", "acme.example");
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
        ] {
            let is_described = routes.contains(&(path.clone(), method.clone()));
            let expected = match is_described {
                true => StatusCode::UNAUTHORIZED,
                false => StatusCode::METHOD_NOT_ALLOWED,
            };
            assert_eq!(
                status(&filled, method.clone()).await,
                expected,
                "{method} {path}"
            );
        }
    }
}

/// Routes are added with their description, and no other way.
#[test]
fn no_route_is_added_without_its_description() {
    let source = include_str!("mod.rs");
    let added = source.matches(".route(").count();
    assert_eq!(added, 1, "only the document itself");
    assert_eq!(
        source.matches(".merge(").count() + source.matches(".nest(").count(),
        0
    );
}

#[test]
fn every_error_has_the_envelope_and_every_route_names_them() {
    let document = document();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, route) in methods.as_object().expect("methods") {
            let responses = &route["responses"];
            for status in ["400", "401", "403", "404", "409", "422", "429"] {
                let content = &responses[status]["content"]["application/json"];
                let required = &content["schema"]["required"];
                let envelope = serde_json::json!(["error", "description"]);
                assert_eq!(required, &envelope, "{method} {path} {status}");
            }
            let told = route["description"].is_string() || route["summary"].is_string();
            assert!(told, "{method} {path} says what it does");
        }
    }
}

/// Generators of clients, and the fuzzer, skip what they cannot resolve.
#[test]
fn references_lead_somewhere_and_ids_are_unique() {
    let document = document();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(members) => open.extend(members),
            _ => {}
        }
    }
    let paths = document["paths"].as_object().expect("paths").values();
    let routes = paths.flat_map(|methods| methods.as_object().expect("methods").values());
    let ids: Vec<_> = routes
        .map(|route| route["operationId"].to_string())
        .collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn the_document_names_both_ways_to_log_in() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], BASE);
    assert_eq!(document["security"].as_array().map(Vec::len), Some(2));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["basic"]["scheme"], "basic");
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
}

;; Answers `routes.after-failure`. `answer` leaves the address of a `retry`: the case in the
;; octet at 0 (`after`, `delayed`, `give-up`), milliseconds at 8.
(component
  ;; LIBC
  ;; IMPORTS
  ;; POLICY
  (core instance $policy (instantiate $policy
    (with "env" (instance $env)) (with "host" (instance $host))
    ;; GIVE $policy
  ))
  (core module $ask
    (import "policy" "answer" (func $answer (result i32)))
    (func (export "ask") (param i32 i64 i64 i32 i32 i32 i32 i32 i32) (result i32) (call $answer)))
  (core instance $ask (instantiate $ask (with "policy" (instance $policy))))
  (type $n (enum "ticket" "inbound-verification" "outbound-verification" "security"))
  (export $notification "notification" (type $n))
  (type $f (record (field "attempts" u32) (field "queued-at" u64) (field "now" u64)
    (field "reply-code" (option u16)) (field "enhanced-status" (option string))
    (field "notification" $notification)))
  (export $failure "failure" (type $f))
  (type $r (variant (case "after" u64) (case "delayed" u64) (case "give-up")))
  (export $retry "retry" (type $r))
  (func $asked (param "failure" $failure) (result $retry)
    (canon lift (core func $ask "ask") (memory $env "memory") (realloc (func $env "realloc"))
      ;; LIFT
    ))
  (instance $routes (export "after-failure" (func $asked)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))

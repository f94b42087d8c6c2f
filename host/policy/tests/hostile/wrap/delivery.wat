;; Answers `tags.delivery`. `answer` leaves the address of a `tagging`: system tags (address
;; and number, an octet each) at 0, tags (address and number, eight octets each) at 8.
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
    (func (export "ask") (param i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32) (result i32)
      (call $answer)))
  (core instance $ask (instantiate $ask (with "policy" (instance $policy))))
  (type $i (enum "submission" "mx"))
  (export $ingress "ingress" (type $i))
  (type $a (enum "none" "pass" "fail"))
  (export $author "author-authentication" (type $a))
  (type $w (enum "agent" "requester" "copied" "follower" "known" "stranger"))
  (export $role "role" (type $w))
  (type $o (enum "person" "automatic" "vacation" "bulk" "bounce" "loop"))
  (export $origin "origin" (type $o))
  (type $u (record (field "created-authenticated" bool) (field "tags" (list string))))
  (export $update "update-facts" (type $u))
  (type $f (record (field "ingress" $ingress) (field "relay-authenticated" bool)
    (field "author" $author) (field "author-role" $role) (field "origin" $origin)
    (field "recipient" string) (field "brand" u64) (field "update" (option $update))))
  (export $facts "delivery-facts" (type $f))
  (type $s (enum "authenticated-ticket" "unauthenticated-update"))
  (export $system "system-tag" (type $s))
  (type $t (record (field "system" (list $system)) (field "tags" (list string))))
  (export $tagging "tagging" (type $t))
  (func $asked (param "facts" $facts) (result $tagging)
    (canon lift (core func $ask "ask") (memory $env "memory") (realloc (func $env "realloc"))
      ;; LIFT
    ))
  (instance $tags (export "delivery" (func $asked)))
  (export "relaygate:policy/tags@0.1.0" (instance $tags)))

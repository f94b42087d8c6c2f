;; Answers `headers.inbound`. `answer` leaves the address of an `inbound-verdict`: the case in
;; the octet at 0 (`accept`, `defer`, `reject`); of `accept` the edits (address and number, 20
;; octets each) at 4, origin, author and author-field in the octets at 12, the flags at 16.
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
    (func (export "ask") (param i32) (result i32) (call $answer)))
  (core instance $ask (instantiate $ask (with "policy" (instance $policy))))
  (type $i (enum "submission" "mx"))
  (export $ingress "ingress" (type $i))
  (type $s (record (field "ingress" $ingress) (field "peer" string) (field "helo" string)
    (field "tls" (option string)) (field "connector" (option string)) (field "desk" bool)))
  (export $session "session" (type $s))
  (type $e (record (field "sender" string) (field "recipients" (list string))))
  (export $envelope "envelope" (type $e))
  (type $f (record (field "session" $session) (field "envelope" $envelope)
    (field "defects" (list string)) (field "ours" bool) (field "trusted-authserv" (option string))))
  (export $facts "inbound-facts" (type $f))
  (type $h (record (field "name" string) (field "value" string)))
  (export $field "field" (type $h))
  (type $c (variant (case "add" $field) (case "remove" string) (case "remove-value" $field)))
  (export $edit "edit" (type $c))
  (type $o (enum "person" "automatic" "vacation" "bulk" "bounce" "loop"))
  (export $origin "origin" (type $o))
  (type $a (enum "none" "pass" "fail"))
  (export $author "author-authentication" (type $a))
  (type $w (enum "from" "reply-to"))
  (export $which "author-field" (type $w))
  (type $y (record (field "edits" (list $edit)) (field "origin" $origin) (field "author" $author)
    (field "author-field" $which) (field "flags" (list string))))
  (export $acceptance "inbound-acceptance" (type $y))
  (type $k (enum "unknown-mailbox" "not-permitted" "too-many-recipients" "content" "loop"))
  (export $kind "refusal" (type $k))
  (type $b (record (field "kind" $kind) (field "code" string) (field "hint" string)))
  (export $reason "reason" (type $b))
  (type $v (variant (case "accept" $acceptance) (case "defer" $reason) (case "reject" $reason)))
  (export $verdict "inbound-verdict" (type $v))
  (func $asked (param "facts" $facts) (result $verdict)
    (canon lift (core func $ask "ask") (memory $env "memory") (realloc (func $env "realloc"))
      ;; LIFT
    ))
  (instance $headers (export "inbound" (func $asked)))
  (export "relaygate:policy/headers@0.1.0" (instance $headers)))

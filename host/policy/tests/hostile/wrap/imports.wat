  ;; What a policy may ask the host, for its module as `host`, and its memory as `env`.
  (import "relaygate:policy/log@0.1.0" (instance $log
    (type $words (enum "debug" "info" "warn"))
    (export "level" (type $level (eq $words)))
    (export "write" (func (param "level" $level) (param "text" string)))))
  (import "relaygate:policy/counters@0.1.0" (instance $counters
    (export "add" (func (param "key" string) (param "window-seconds" u32) (result u64)))))
  (import "relaygate:policy/mail@0.1.0" (instance $mail
    (export "header" (func (param "name" string) (result (option string))))
    (export "header-block" (func (result (list u8))))
    (export "body" (func (param "offset" u64) (param "length" u32) (result (list u8))))))
  (import "relaygate:policy/settings@0.1.0" (instance $settings
    (export "text" (func (param "key" string) (result (option string))))
    (export "contains" (func (param "key" string) (param "value" string) (result bool)))))
  (import "relaygate:policy/lookup@0.1.0" (instance $lookup
    (type $known (record (field "agent" bool) (field "vouched" bool)))
    (export "person" (type $person (eq $known)))
    (export "find-person" (func (param "address" string) (result (option $person))))))
  (core instance $env (instantiate $libc
    ;; GIVE $libc
  ))
  (core func $log (canon lower (func $log "write") (memory $env "memory")))
  (core func $count (canon lower (func $counters "add") (memory $env "memory")))
  (core func $header (canon lower (func $mail "header")
    (memory $env "memory") (realloc (func $env "realloc"))))
  (core func $block (canon lower (func $mail "header-block")
    (memory $env "memory") (realloc (func $env "realloc"))))
  (core func $body (canon lower (func $mail "body")
    (memory $env "memory") (realloc (func $env "realloc"))))
  (core func $text (canon lower (func $settings "text")
    (memory $env "memory") (realloc (func $env "realloc"))))
  (core func $contains (canon lower (func $settings "contains") (memory $env "memory")))
  (core func $person (canon lower (func $lookup "find-person") (memory $env "memory")))
  (core instance $host
    (export "log" (func $log))
    (export "count" (func $count))
    (export "header" (func $header))
    (export "header-block" (func $block))
    (export "body" (func $body))
    (export "text" (func $text))
    (export "contains" (func $contains))
    (export "person" (func $person)))

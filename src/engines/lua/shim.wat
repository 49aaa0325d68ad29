;; The part of the engine that must be WebAssembly itself: what Lua calls too often for a call into
;; JavaScript (the allocator), and C functions that may yield. Its functions sit in the table of the
;; Lua instance from slot $first on, in the order of the elem segment (shim.ts names the slots).
;;
;; Each VM has an account in linear memory, and every lua_State of the VM holds the account's address
;; in its extra space, the word before the state (lua_getextraspace in the manual). account.ts has
;; the same layout:
;;    0 used      bytes that the VM holds
;;    4 limit     the most it may hold
;;    8 peak      the most it held
;;   12 refused   how often an allocation was refused
;;   16 main      the lua_State that runs the script's main chunk
;;   20 stopping  not 0 while the VM is being stopped
;;   24 fired     not 0 once the hook has raised or yielded
;;   28 leaving   not 0 while a yield is on its way out to the host: 1 to wait for an answer, 2 since the slice is over
;;   32 left      the lua_State in which that yield began, and in which the script goes on
;;   36 answers   how many values of the answer are on top of its stack
;;   40 refusal   not 0 if the answer is an error, to be raised
;;   44 slice     not 0 once the slice is over: the hook yields when it can
;;   48 pinned    how many coroutines run that were resumed where Lua cannot yield
;;   52 count     a place for what lua_resume counts
;;   56 starved   how often the instance itself had no more memory, below the limit
(module
  (import "lua" "memory" (memory 1))
  (import "lua" "__indirect_function_table" (table 1 funcref))
  (import "lua" "realloc" (func $realloc (param i32 i32) (result i32)))
  (import "lua" "free" (func $free (param i32)))
  (import "lua" "lua_sethook" (func $lua_sethook (param i32 i32 i32 i32)))
  (import "lua" "lua_isyieldable" (func $lua_isyieldable (param i32) (result i32)))
  (import "lua" "lua_yieldk" (func $lua_yieldk (param i32 i32 i32 i32) (result i32)))
  (import "lua" "lua_resume" (func $lua_resume (param i32 i32 i32 i32) (result i32)))
  (import "lua" "lua_status" (func $lua_status (param i32) (result i32)))
  (import "lua" "lua_resetthread" (func $lua_resetthread (param i32 i32) (result i32)))
  (import "lua" "lua_newthread" (func $lua_newthread (param i32) (result i32)))
  (import "lua" "lua_xmove" (func $lua_xmove (param i32 i32 i32)))
  (import "lua" "lua_checkstack" (func $lua_checkstack (param i32 i32) (result i32)))
  (import "lua" "lua_rotate" (func $lua_rotate (param i32 i32 i32)))
  (import "lua" "lua_type" (func $lua_type (param i32 i32) (result i32)))
  (import "lua" "lua_concat" (func $lua_concat (param i32 i32)))
  (import "lua" "lua_pushvalue" (func $lua_pushvalue (param i32 i32)))
  (import "lua" "lua_pushcclosure" (func $lua_pushcclosure (param i32 i32 i32)))
  (import "lua" "luaL_checktype" (func $luaL_checktype (param i32 i32 i32)))
  (import "lua" "luaL_where" (func $luaL_where (param i32 i32)))
  (import "lua" "lua_rawgetp" (func $lua_rawgetp (param i32 i32 i32) (result i32)))
  (import "lua" "lua_error" (func $lua_error (param i32) (result i32)))
  (import "lua" "lua_gettop" (func $lua_gettop (param i32) (result i32)))
  (import "lua" "lua_settop" (func $lua_settop (param i32 i32)))
  (import "lua" "lua_copy" (func $lua_copy (param i32 i32 i32)))
  (import "lua" "lua_tothread" (func $lua_tothread (param i32 i32) (result i32)))
  (import "lua" "lua_pushthread" (func $lua_pushthread (param i32) (result i32)))
  (import "lua" "lua_pushboolean" (func $lua_pushboolean (param i32 i32)))
  (import "lua" "lua_pushstring" (func $lua_pushstring (param i32 i32) (result i32)))
  (import "lua" "luaL_optlstring" (func $luaL_optlstring (param i32 i32 i32 i32) (result i32)))
  (import "lua" "luaL_typeerror" (func $luaL_typeerror (param i32 i32 i32) (result i32)))
  (import "host" "first" (global $first i32))
  (import "host" "coroutine" (global $s_coroutine i32))
  (import "host" "outside" (global $s_outside i32))
  (import "host" "text" (global $s_text i32))
  (import "host" "none" (global $s_none i32))
  (import "host" "protected" (func $protected (param i32) (result i32)))
  (import "host" "print" (func $print (param i32) (result i32)))
  (import "host" "write" (func $write (param i32) (result i32)))
  (import "host" "writeTo" (func $write_to (param i32) (result i32)))
  (import "host" "read" (func $read (param i32) (result i32)))
  (import "host" "succeed" (func $succeed (param i32) (result i32)))
  (import "host" "clock" (func $clock (param i32) (result i32)))
  (import "host" "poll" (func $poll (param i32 i32)))
  (import "host" "call" (func $call (param i32 i32) (result i32)))
 (import "host" "errorText" (func $error_text (param i32) (result i32)))
  (import "host" "errorConcat" (func $error_concat (param i32) (result i32)))
  (import "host" "toolField" (func $tool_field (param i32) (result i32)))
  (import "host" "tooMany" (global $s_too_many i32))
  (import "host" "slotOfHook" (global $slot_of_hook i32))
  (import "host" "slotOfWrapped" (global $slot_of_wrapped i32))
  (import "host" "slotOfResumed" (global $slot_of_resumed i32))
  (import "host" "slotOfAnswer" (global $slot_of_answer i32))

  (global $luaB_load (mut i32) (i32.const 0))
  (func (export "setLoad") (param i32) (global.set $luaB_load (local.get 0)))

  (elem (global.get $first) func
    $alloc $on_hook $protected $load $co_yield $co_running $co_isyieldable
    $print $write $write_to $read $succeed $clock $poll
    $co_resume $co_wrap $co_wrapped $on_resumed $host_call $on_answer $error_text $error_concat $tool_field)

  ;; lua_Alloc. Counts exactly what Lua asked for, refuses to grow past the limit, never to shrink.
  (func $alloc (param $account i32) (param $ptr i32) (param $osize i32) (param $nsize i32) (result i32)
    (local $used i32) (local $new i32)
    ;; For a new block `osize` is the kind of object, not a size.
    (if (i32.eqz (local.get $ptr)) (then (local.set $osize (i32.const 0))))
    (local.set $used (i32.load (local.get $account)))
    (if (i32.eqz (local.get $nsize))
      (then
        (call $free (local.get $ptr))
        (i32.store (local.get $account) (i32.sub (local.get $used) (local.get $osize)))
        (return (i32.const 0))))
    (if (i32.gt_u (local.get $nsize) (local.get $osize))
      (then
        ;; In 64 bits: used + growth may pass 2^32.
        (if (i64.gt_u
              (i64.add (i64.extend_i32_u (local.get $used))
                       (i64.extend_i32_u (i32.sub (local.get $nsize) (local.get $osize))))
              (i64.extend_i32_u (i32.load offset=4 (local.get $account))))
          (then (return (call $refuse (local.get $account)))))))
    (local.set $new (call $realloc (local.get $ptr) (local.get $nsize)))
    (if (i32.eqz (local.get $new))
      (then
        (if (i32.gt_u (local.get $nsize) (local.get $osize))
          (then
            (i32.store offset=56 (local.get $account)
              (i32.add (i32.load offset=56 (local.get $account)) (i32.const 1)))
            (return (call $refuse (local.get $account)))))
        ;; Lua relies on it that shrinking cannot fail: the block stays as it is.
        (local.set $new (local.get $ptr))))
    (local.set $used (i32.add (local.get $used) (i32.sub (local.get $nsize) (local.get $osize))))
    (i32.store (local.get $account) (local.get $used))
    (if (i32.gt_u (local.get $used) (i32.load offset=8 (local.get $account)))
      (then (i32.store offset=8 (local.get $account) (local.get $used))))
    (local.get $new))

  (func $refuse (param $account i32) (result i32)
    (i32.store offset=12 (local.get $account)
      (i32.add (i32.load offset=12 (local.get $account)) (i32.const 1)))
    (i32.const 0))

  (func $account (param $L i32) (result i32)
    (i32.load (i32.sub (local.get $L) (i32.const 4))))

  ;; lua_Hook, for a script that must end or whose slice is over.
  (func $on_hook (param $L i32) (param $ar i32)
    (local $account i32)
    (local.set $account (call $account (local.get $L)))
    (if (i32.load offset=20 (local.get $account))
      (then (call $cut (local.get $L) (local.get $account)) (return)))
    (if (i32.eqz (i32.load offset=44 (local.get $account)))
      (then
        ;; Left over on a coroutine from a stop or a slice that is through.
        (call $lua_sethook (local.get $L) (i32.const 0) (i32.const 0) (i32.const 0))
        (return)))
    (if (i32.eqz (call $can_leave (local.get $L) (local.get $account)))
      (then
        ;; Look again now and then, until the function that cannot yield is done.
        (call $poll (local.get $L) (local.get $ar))
        (call $lua_sethook (local.get $L) (global.get $slot_of_hook) (i32.const 8) (i32.const 1000))
        (return)))
    (i32.store offset=44 (local.get $account) (i32.const 0))
    (i32.store offset=28 (local.get $account) (i32.const 2))
    (i32.store offset=32 (local.get $account) (local.get $L))
    (drop (call $lua_yieldk (local.get $L) (i32.const 0) (i32.const 0) (i32.const 0))))

  ;; Whether a yield in L can go all the way out to the host.
  (func $can_leave (param $L i32) (param $account i32) (result i32)
    (i32.and
      (call $lua_isyieldable (local.get $L))
      (i32.eqz (i32.load offset=48 (local.get $account)))))

  ;; Ends a script. Yields, since nothing in a script can catch a yield: it goes straight to the resume.
  ;; Where no yield is allowed (inside a C function that called back, a finalizer, a __close handler
  ;; that runs after the script) it raises, and it raises again at every instruction that follows.
  (func $cut (param $L i32) (param $account i32)
    (i32.store offset=24 (local.get $account) (i32.const 1))
    (if (call $lua_isyieldable (local.get $L))
      (then
        (drop (call $lua_yieldk (local.get $L) (i32.const 0) (i32.const 0) (i32.const 0)))
        (return)))
    ;; lua_State.errfunc: without it the message handler of an xpcall would run, with hooks off, and
    ;; could loop for ever. luaD_pcall restores the field.
    (i32.store offset=92 (local.get $L) (i32.const 0))
    (drop (call $lua_rawgetp (local.get $L) (i32.const -1001000) (local.get $account)))
    (drop (call $lua_error (local.get $L))))

  ;; A function of the host. `call` of the cell starts it and tells how many results it has pushed, or -1:
  ;; then the script waits, by a yield that goes out to the host.
  (func $host_call (param $L i32) (result i32)
    (local $account i32) (local $results i32)
    (local.set $account (call $account (local.get $L)))
    (local.set $results
      (call $call (local.get $L) (call $can_leave (local.get $L) (local.get $account))))
    (if (i32.ge_s (local.get $results) (i32.const 0)) (then (return (local.get $results))))
    (i32.store offset=28 (local.get $account) (i32.const 1))
    (i32.store offset=32 (local.get $account) (local.get $L))
    (call $lua_yieldk (local.get $L) (i32.const 0) (i32.const 0) (global.get $slot_of_answer)))

  ;; lua_KFunction: the host has pushed its answer.
  (func $on_answer (param $L i32) (param $status i32) (param $context i32) (result i32)
    (local $account i32)
    (local.set $account (call $account (local.get $L)))
    ;; It was woken to end. The yield in `cut` does not return here: there is nothing to go on with.
    (if (i32.load offset=20 (local.get $account))
      (then (call $cut (local.get $L) (local.get $account))))
    (if (i32.load offset=40 (local.get $account))
      (then
        (i32.store offset=40 (local.get $account) (i32.const 0))
        (return (call $lua_error (local.get $L)))))
    (i32.load offset=36 (local.get $account)))

  ;; coroutine.resume and coroutine.wrap, as in lcorolib.c of Lua 5.4, but for one thing: a yield that is on its way
  ;; out to the host is passed on, and what comes back is passed in.
  (func $co_resume (param $L i32) (result i32)
    (local $co i32)
    (local.set $co (call $lua_tothread (local.get $L) (i32.const 1)))
    (if (i32.eqz (local.get $co))
      (then (return (call $luaL_typeerror (local.get $L) (i32.const 1) (global.get $s_coroutine)))))
    (call $resumed (local.get $L) (i32.const 0)
      (call $resume_with (local.get $L) (local.get $co)
        (i32.sub (call $lua_gettop (local.get $L)) (i32.const 1)))))

  (func $co_wrap (param $L i32) (result i32)
    (local $co i32)
    (call $luaL_checktype (local.get $L) (i32.const 1) (i32.const 6))
    (local.set $co (call $lua_newthread (local.get $L)))
    (call $lua_pushvalue (local.get $L) (i32.const 1))
    (call $lua_xmove (local.get $L) (local.get $co) (i32.const 1))
    (call $lua_pushcclosure (local.get $L) (global.get $slot_of_wrapped) (i32.const 1))
    (i32.const 1))

  (func $co_wrapped (param $L i32) (result i32)
    (call $resumed (local.get $L) (i32.const 1)
      (call $resume_with (local.get $L)
        (call $lua_tothread (local.get $L) (i32.const -1001001))
        (call $lua_gettop (local.get $L)))))

  ;; lua_KFunction of both; $wrapped is the context.
  (func $on_resumed (param $L i32) (param $status i32) (param $wrapped i32) (result i32)
    (local $account i32) (local $co i32)
    (local.set $account (call $account (local.get $L)))
    (local.set $co (call $lua_tothread (local.get $L)
      (select (i32.const -1001001) (i32.const 1) (local.get $wrapped))))
    (call $resumed (local.get $L) (local.get $wrapped)
      (call $run (local.get $L) (local.get $co)
        (select (i32.load offset=36 (local.get $account)) (i32.const 0)
          (i32.eq (local.get $co) (i32.load offset=32 (local.get $account)))))))

  ;; Moves the arguments over and resumes. The number of results, which are on top of L, -1 with an
  ;; error on top, or -2 if the coroutine has left for the host.
  (func $resume_with (param $L i32) (param $co i32) (param $arguments i32) (result i32)
    (if (i32.eqz (call $lua_checkstack (local.get $co) (local.get $arguments)))
      (then
        (drop (call $lua_pushstring (local.get $L) (global.get $s_too_many)))
        (return (i32.const -1))))
    (call $lua_xmove (local.get $L) (local.get $co) (local.get $arguments))
    (call $run (local.get $L) (local.get $co) (local.get $arguments)))

  (func $run (param $L i32) (param $co i32) (param $arguments i32) (result i32)
    (local $account i32) (local $status i32) (local $count i32) (local $pins i32)
    (local.set $account (call $account (local.get $L)))
    (local.set $pins (i32.eqz (call $lua_isyieldable (local.get $L))))
    (i32.store offset=48 (local.get $account)
      (i32.add (i32.load offset=48 (local.get $account)) (local.get $pins)))
    (local.set $status
      (call $lua_resume (local.get $co) (local.get $L) (local.get $arguments)
        (i32.add (local.get $account) (i32.const 52))))
    (i32.store offset=48 (local.get $account)
      (i32.sub (i32.load offset=48 (local.get $account)) (local.get $pins)))
    (if (i32.gt_u (local.get $status) (i32.const 1))
      (then
        (call $lua_xmove (local.get $co) (local.get $L) (i32.const 1))
        (return (i32.const -1))))
    (if (i32.load offset=28 (local.get $account)) (then (return (i32.const -2))))
    (local.set $count (i32.load offset=52 (local.get $account)))
    (if (i32.eqz (call $lua_checkstack (local.get $L) (i32.add (local.get $count) (i32.const 1))))
      (then
        (call $lua_settop (local.get $co) (i32.sub (i32.const -1) (local.get $count)))
        (drop (call $lua_pushstring (local.get $L) (global.get $s_too_many)))
        (return (i32.const -1))))
    (call $lua_xmove (local.get $co) (local.get $L) (local.get $count))
    (local.get $count))

  (func $resumed (param $L i32) (param $wrapped i32) (param $count i32) (result i32)
    (if (i32.eq (local.get $count) (i32.const -2))
      (then (return
        (call $lua_yieldk (local.get $L) (i32.const 0) (local.get $wrapped) (global.get $slot_of_resumed)))))
    (if (local.get $wrapped)
      (then
        (if (i32.ge_s (local.get $count) (i32.const 0)) (then (return (local.get $count))))
        (return (call $wrap_failed (local.get $L)))))
    (if (i32.lt_s (local.get $count) (i32.const 0))
      (then
        (call $lua_pushboolean (local.get $L) (i32.const 0))
        (call $lua_rotate (local.get $L) (i32.const -2) (i32.const 1))
        (return (i32.const 2))))
    (call $lua_pushboolean (local.get $L) (i32.const 1))
    (call $lua_rotate (local.get $L) (i32.sub (i32.const -1) (local.get $count)) (i32.const 1))
    (i32.add (local.get $count) (i32.const 1)))

  (func $wrap_failed (param $L i32) (result i32)
    (local $co i32) (local $status i32)
    (local.set $co (call $lua_tothread (local.get $L) (i32.const -1001001)))
    (local.set $status (call $lua_status (local.get $co)))
    (if (i32.gt_u (local.get $status) (i32.const 1))
      (then
        (local.set $status (call $lua_resetthread (local.get $co) (local.get $L)))
        (call $lua_xmove (local.get $co) (local.get $L) (i32.const 1))))
    (if (i32.and
          (i32.ne (local.get $status) (i32.const 4))
          (i32.eq (call $lua_type (local.get $L) (i32.const -1)) (i32.const 4)))
      (then
        (call $luaL_where (local.get $L) (i32.const 1))
        (call $lua_rotate (local.get $L) (i32.const -2) (i32.const 1))
        (call $lua_concat (local.get $L) (i32.const 2))))
    (call $lua_error (local.get $L)))

  ;; load, for text only: a crafted binary chunk can crash the virtual machine. A mode without `t`
  ;; becomes one that lets nothing through.
  (func $load (param $L i32) (result i32)
    (local $mode i32)
    (if (i32.lt_s (call $lua_gettop (local.get $L)) (i32.const 3))
      (then (call $lua_settop (local.get $L) (i32.const 3))))
    (local.set $mode
      (call $luaL_optlstring (local.get $L) (i32.const 3) (global.get $s_text) (i32.const 0)))
    (drop (call $lua_pushstring (local.get $L)
      (select (global.get $s_text) (global.get $s_none) (call $has_t (local.get $mode)))))
    (call $lua_copy (local.get $L) (i32.const -1) (i32.const 3))
    (call $lua_settop (local.get $L) (i32.const -2))
    (call_indirect (param i32) (result i32) (local.get $L) (global.get $luaB_load)))

  (func $has_t (param $text i32) (result i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (i32.load8_u (local.get $text)))
      (if (i32.eq (local.get $byte) (i32.const 0x74)) (then (return (i32.const 1))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (br_if $next (local.get $byte)))
    (i32.const 0))

  ;; The main chunk runs in a coroutine, but a script must see it as Lua's main thread.
  (func $co_yield (param $L i32) (result i32)
    (if (i32.eq (local.get $L) (i32.load offset=16 (call $account (local.get $L))))
      (then
        (drop (call $lua_pushstring (local.get $L) (global.get $s_outside)))
        (return (call $lua_error (local.get $L)))))
    (call $lua_yieldk (local.get $L) (call $lua_gettop (local.get $L)) (i32.const 0) (i32.const 0)))

  (func $co_running (param $L i32) (result i32)
    (drop (call $lua_pushthread (local.get $L)))
    (call $lua_pushboolean (local.get $L)
      (i32.eq (local.get $L) (i32.load offset=16 (call $account (local.get $L)))))
    (i32.const 2))

  (func $co_isyieldable (param $L i32) (result i32)
    (local $co i32)
    (local.set $co (local.get $L))
    (if (call $lua_gettop (local.get $L))
      (then
        (local.set $co (call $lua_tothread (local.get $L) (i32.const 1)))
        (if (i32.eqz (local.get $co))
          (then (return (call $luaL_typeerror (local.get $L) (i32.const 1) (global.get $s_coroutine)))))))
    (call $lua_pushboolean (local.get $L)
      (i32.and
        (i32.ne (local.get $co) (i32.load offset=16 (call $account (local.get $L))))
        (call $lua_isyieldable (local.get $co))))
    (i32.const 1))
)

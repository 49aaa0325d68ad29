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
(module
  (import "lua" "memory" (memory 1))
  (import "lua" "__indirect_function_table" (table 1 funcref))
  (import "lua" "realloc" (func $realloc (param i32 i32) (result i32)))
  (import "lua" "free" (func $free (param i32)))
  (import "lua" "lua_sethook" (func $lua_sethook (param i32 i32 i32 i32)))
  (import "lua" "lua_isyieldable" (func $lua_isyieldable (param i32) (result i32)))
  (import "lua" "lua_yieldk" (func $lua_yieldk (param i32 i32 i32 i32) (result i32)))
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

  (global $luaB_load (mut i32) (i32.const 0))
  (func (export "setLoad") (param i32) (global.set $luaB_load (local.get 0)))

  (elem (global.get $first) func
    $alloc $on_stop $protected $load $co_yield $co_running $co_isyieldable
    $print $write $write_to $read $succeed $clock $poll)

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
          (then (return (call $refuse (local.get $account)))))
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

  ;; lua_Hook. Yields, since nothing in a script can catch a yield: it goes straight to the resume.
  ;; Where no yield is allowed (inside a C function that called back, a finalizer, a __close handler
  ;; that runs after the script) it raises, and it raises again at every instruction that follows.
  (func $on_stop (param $L i32) (param $ar i32)
    (local $account i32)
    (local.set $account (call $account (local.get $L)))
    (if (i32.eqz (i32.load offset=20 (local.get $account)))
      (then
        ;; Left over on a coroutine from a stop that is through.
        (call $lua_sethook (local.get $L) (i32.const 0) (i32.const 0) (i32.const 0))
        (return)))
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

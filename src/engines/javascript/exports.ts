/**
 * The part of quickjs.wasm (quickjs-wasi 3.6.2, `c/interface.c`) that this engine calls. A *box* is the address
 * of a heap-allocated JSValue; a function that returns a box gives it to the caller. A *text* is the
 * address of bytes that end with a zero.
 */
export interface QuickJsExports {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  readonly __stack_pointer: WebAssembly.Global;
  _initialize(): void;
  qjs_init(): number;
  wasm_malloc(bytes: number): number;
  wasm_free(address: number): void;

  /** Bytes of memory at which the next search for cycles starts. */
  qjs_set_gc_threshold(bytes: number): void;
  qjs_set_memory_limit(bytes: number): void;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_set_interrupt_handler(on: number): void;
  qjs_set_promise_rejection_handler(on: number): void;
  qjs_set_module_loader(on: number): void;
  /** Writes 26 64-bit counters to `address`; the first is the number of bytes in use. */
  qjs_compute_memory_usage(address: number): void;

  qjs_eval(source: number, bytes: number, name: number, flags: number): number;
  /** `argv` is the address of `argc` addresses of boxes; the boxes stay the caller's. */
  qjs_call(fn: number, self: number, argc: number, argv: number): number;
  qjs_is_job_pending(): number;
  /** 1 after a job, 0 when there was none, negative when it threw. */
  qjs_execute_pending_job(): number;

  qjs_is_exception(box: number): number;
  qjs_get_exception(): number;
  qjs_new_error(): number;
  qjs_throw(box: number): void;
  /** Makes an error object one that no `catch` and no `finally` sees. Takes the JSValue itself, not a box. */
  JS_SetUncatchableError(context: number, value: bigint): void;
  qjs_get_context_ptr(): number;

  qjs_new_host_function(name: number, bytes: number, id: number): number;
  qjs_new_string(address: number, bytes: number): number;
  qjs_new_number(value: number): number;
  qjs_new_object(): number;
  qjs_new_uint8_array(address: number, bytes: number): number;
  qjs_get_undefined(): number;
  qjs_get_global(): number;

  qjs_is_undefined(box: number): number;
  qjs_is_null(box: number): number;
  qjs_is_string(box: number): number;
  qjs_is_object(box: number): number;
  qjs_get_class_id(box: number): number;
  qjs_get_float64(box: number): number;
  /** A text of the value in UTF-8; lone surrogates as three bytes each. Writes its length to `lengthAddress`. */
  qjs_get_string_len(box: number, lengthAddress: number): number;
  qjs_free_cstring(address: number): void;
  qjs_get_typed_array_buffer(box: number, offset: number, length: number, elementSize: number): number;
  qjs_get_array_buffer(box: number, length: number): number;
  qjs_get_value_ptr(box: number): number;

  qjs_get_prop_string(box: number, key: number): number;
  qjs_get_prop_uint32(box: number, index: number): number;
  /** Flags: 1 configurable, 2 writable, 4 enumerable. */
  qjs_define_prop_string(box: number, key: number, value: number, flags: number): number;

  /** 0 pending, 1 fulfilled, 2 rejected. */
  qjs_promise_state(box: number): number;
  qjs_promise_result(box: number): number;
  qjs_free_value(box: number): void;
}

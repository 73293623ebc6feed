/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "core/cleanup.h"
#include "vmcore/inspect/suspect.h"

/*
 * What functions on a stack are there for; a name that ends with '*' stands for all that
 * begin so. To add one: the first that fits counts.
 */
static const struct {
	enum kdk_function_role role;
	const char *names; /* separated by blanks */
} roles[] = {
	/* On the way from panic() into the capture kernel, or its last loop */
	{ KDK_FUNCTION_MACHINERY,
	  "panic vpanic _panic nmi_panic nmi_panic_self_stop "
	  "panic_smp_self_stop panic_other_cpus_shutdown panic_try_force_cpu "
	  "try_crash_kexec __crash_kexec crash_kexec machine_kexec* "
	  "default_machine_kexec relocate_kernel* *machine_crash_shutdown "
	  "crash_save_cpu crash_setup_regs crash_kexec_prepare* "
	  "crash_smp_send_stop default_machine_crash_shutdown kexec_crash* "
	  "crash_fadump smp_send_stop native_stop_other_cpus "
	  "native_smp_send_stop machine_halt machine_restart emergency_restart "
	  "smp_call_stop smp_stop* delay_tsc __const_udelay __udelay __delay "
	  "__ndelay __timer_delay udelay panic_delay disabled_wait "
	  "*bust_spinlocks kmsg_dump* console_unblank console_flush_on_panic "
	  "atomic_notifier_call_chain notifier_call_chain notify_die "
	  "dump_stack* dump_backtrace show_stack* show_regs* show_trace* "
	  "show_registers print_modules add_taint" },
	/* Oopses */
	{ KDK_FUNCTION_MACHINERY,
	  "oops_begin oops_end oops_enter oops_exit die die_addr __die "
	  "__die_body __die_header die_kernel_fault die_if_kernel "
	  "make_task_dead rewind_stack_and_make_dead do_exit do_group_exit "
	  "page_fault_oops no_context show_fault_oops pgtable_bad "
	  "kernelmode_fixup_or_oops __bad_area bad_area __bad_area_nosemaphore "
	  "bad_area_nosemaphore bad_area_access_error do_user_addr_fault "
	  "do_kern_addr_fault handle_page_fault do_page_fault __do_page_fault "
	  "trace_do_page_fault do_error_trap do_trap do_invalid_op "
	  "do_general_protection do_int3 do_double_fault do_divide_error "
	  "do_trap_no_signal fixup_bug handle_bug report_bug __report_bug "
	  "handle_invalid_op is_valid_bugaddr gp_try_fixup_and_notify "
	  "handle_stack_overflow math_error exc_* asm_exc_* page_fault "
	  "async_page_fault error_entry error_code common_exception "
	  "general_protection invalid_op divide_error double_fault int3 "
	  "stack_segment handle_exception* common_exception_return" },
	{ KDK_FUNCTION_MACHINERY,
	  "el1_abort el1_dbg el1_undef el1_bti el1_pc el1_sync* el1_da el1_ia "
	  "el1_error* el1_mops el1_brk64 el1_fpac el1h_64_sync* el1h_64_error* "
	  "el1t_64_* el1_inv do_mem_abort do_translation_fault do_bad_area "
	  "do_bad do_tag_check_fault do_alignment_fault __do_kernel_fault "
	  "do_sp_pc_abort do_undefinstr do_el1_undef do_el1_bti do_el1_fpac "
	  "bug_handler bug_brk_handler call_break_hook brk_handler "
	  "do_debug_exception do_el1_brk64 arm64_notify_die bad_mode "
	  "bad_el0_sync panic_bad_stack handle_bad_stack __bad_stack "
	  "arm64_serror_panic do_serror arm64_is_fatal_ras_serror __bad_stack_* "
	  "kernel_bad_stack" },
	{ KDK_FUNCTION_MACHINERY,
	  "bad_page_fault __bad_page_fault bad_kernel_fault ___do_page_fault "
	  "hash__do_page_fault do_hash_fault do_bad_page_fault_segv "
	  "program_check_exception do_program_check emulation_assist_interrupt "
	  "alignment_exception data_access_common* data_access_exception "
	  "instruction_access_common* program_check_common* "
	  "machine_check_common* unrecoverable_exception "
	  "stack_overflow_exception kernel_bad_stack system_reset_exception "
	  "pgm_check_handler __do_pgm_check do_dat_exception "
	  "do_protection_exception do_report_trap illegal_op "
	  "monitor_event_exception do_asce_exception handle_fault_error* "
	  "kernel_stack_overflow s390_handle_mcck do_trap_* handle_break "
	  "fault_handler do_trap_break ret_from_exception" },
	/* Warnings */
	{ KDK_FUNCTION_MACHINERY,
	  "__warn __warn_printk warn_slowpath_* check_panic_on_warn __warn_* "
	  "warn_rcu_*" },
	/* Watchdogs */
	{ KDK_FUNCTION_MACHINERY,
	  "watchdog_timer_fn watchdog_overflow_callback "
	  "watchdog_hardlockup_check watchdog_check_hardlockup_other_cpu "
	  "watchdog_buddy_check_hardlockup watchdog_timer_interrupt "
	  "soft_nmi_interrupt soft_nmi_common check_hung_task "
	  "check_hung_uninterruptible_tasks watchdog panic_on_rcu_stall "
	  "print_cpu_stall print_other_cpu_stall check_cpu_stall rcu_pending "
	  "rcu_sched_clock_irq rcu_check_callbacks rcu_stall_* "
	  "rcu_dump_cpu_stacks rcu_check_gp_kthread_starvation "
	  "trigger_*backtrace* nmi_trigger_cpumask_backtrace "
	  "__perf_event_overflow perf_event_overflow handle_pmi_common "
	  "intel_pmu_handle_irq* amd_pmu_handle_irq perf_event_nmi_handler "
	  "x86_pmu_handle_irq perf_ibs_*" },
	/* Non-maskable interrupts and machine checks */
	{ KDK_FUNCTION_MACHINERY,
	  "nmi nmi_handle default_do_nmi do_nmi end_repeat_nmi repeat_nmi "
	  "first_nmi nmi_cpu_backtrace* arch_trigger_* unknown_nmi_error "
	  "io_check_error pci_serr_error mem_parity_error crash_nmi_callback "
	  "hpwdt_pretimeout ghes_notify_nmi ghes_* mce_panic mce_timed_out "
	  "mce_reign mce_end mce_start do_machine_check machine_check "
	  "machine_check_poll __mc_scan_banks mce_* machine_check_exception "
	  "machine_check_early* machine_check_queue_event" },
	{ KDK_FUNCTION_CHECK,
	  "__list_add_valid* __list_del_entry_valid* usercopy_abort "
	  "__check_object_size __check_heap_object check_heap_object "
	  "check_copy_size fortify_panic __fortify_panic __fortify_report "
	  "__stack_chk_fail refcount_warn_saturate refcount_*_checked kasan_* "
	  "__kasan_* __asan_* kfence_* check_memory_region* __ubsan_* ubsan_* "
	  "debug_object* debug_print_object __might_sleep ___might_sleep "
	  "__might_resched __schedule_bug object_err slab_err print_trailer "
	  "check_object free_debug_processing alloc_debug_processing "
	  "free_to_partial_list on_freelist check_slab slab_fix __slab_err "
	  "check_bytes_and_report slab_pad_check bad_page free_page_is_bad* "
	  "check_new_page* free_pages_prepare* rcu_core_si debug_check_no_* "
	  "lockdep_* __lock_acquire lock_acquire lock_release print_*_bug "
	  "spin_bug spin_dump do_raw_spin_* rwlock_bug cache_free_debugcheck" },
	{ KDK_FUNCTION_HELPER,
	  "memcpy* __memcpy* memset* __memset* memmove* __memmove* memcmp* "
	  "memchr* memscan strlen strnlen strcmp strncmp strcasecmp strcpy "
	  "strncpy strscpy* sized_strscpy strlcpy strchr strstr strsep strcat "
	  "rep_movs_alternative rep_stos_alternative clear_page* copy_page* "
	  "copy_user_* copy_from_user* copy_to_user* _copy_* __copy_* "
	  "__arch_copy_* __get_user* __put_user* csum_partial* list_del* "
	  "list_add* __list_* llist_* plist_* rb_erase* rb_insert_color* "
	  "rb_next rb_prev rb_first* xa_* xas_* __xa_* idr_* radix_tree_* mas_* "
	  "mtree_* refcount_* kref_* kobject_* kfree* kvfree* kmem_cache_free* "
	  "__kmem_cache_free ___cache_free __slab_free slab_free* vfree* "
	  "__vunmap free_pages __free_pages* put_page* __put_page* folio_put* "
	  "percpu_* __percpu_* free_percpu vsnprintf vscnprintf snprintf "
	  "scnprintf sprintf string pointer number vprintk* printk _printk "
	  "kasprintf kvasprintf queue_work* __queue_work* call_rcu* __call_rcu* "
	  "wake_up* __wake_up* try_to_wake_up complete complete_all "
	  "autoremove_wake_function" },
	{ KDK_FUNCTION_HELPER,
	  "_raw_* __raw_* native_queued_* queued_* pv_* __pv_* kvm_wait "
	  "osq_lock mutex_* __mutex_* ww_mutex_* rt_mutex* __rt_mutex* down* "
	  "__down* up up_read up_write rwsem_* schedule* __schedule "
	  "preempt_schedule* dynamic_preempt_* __cond_resched* _cond_resched "
	  "wait_for_completion* wait_for_common wait_woken do_wait_intr* "
	  "prepare_to_* finish_wait io_schedule* bit_wait* __wait_on_* "
	  "out_of_line_wait* wait_on_* folio_wait_* __wait_rcu_gp synchronize_* "
	  "msleep* usleep_* __switch_to* do_nanosleep hrtimer_nanosleep "
	  "ktime_get* read_tsc rdtsc* cpu_relax native_safe_halt "
	  "smp_call_function* on_each_cpu* csd_lock_wait csd_* "
	  "generic_exec_single __flush_tlb_* native_flush_tlb_* flush_tlb_* "
	  "native_io_delay preempt_count_* __x86_indirect_thunk* "
	  "__x86_return_thunk srso_* retbleed_* zen_* __fentry__ ftrace_* "
	  "__rcu_read_* rcu_read_* __local_bh_* local_bh_*" },
	{ KDK_FUNCTION_ALLOCATOR,
	  "out_of_memory dump_header check_panic_on_oom oom_kill_process oom_* "
	  "__oom_* pagefault_out_of_memory mem_cgroup_* try_charge* "
	  "charge_memcg __mem_cgroup_* __alloc_pages* __alloc_frozen_* "
	  "alloc_frozen_* alloc_pages* alloc_page_* get_page_from_freelist "
	  "alloc_contig_* folio_alloc* __folio_alloc* vma_alloc_* "
	  "__page_cache_alloc page_cache_alloc* filemap_alloc_* "
	  "__get_free_page* get_zeroed_page* kmalloc* __kmalloc* __do_kmalloc* "
	  "kmem_cache_alloc* kzalloc* kvmalloc* __vmalloc* vmalloc* vzalloc* "
	  "___slab_alloc __slab_alloc* slab_alloc* new_slab allocate_slab "
	  "__kmem_cache_alloc* alloc_slab_page kvzalloc* __kvmalloc* "
	  "__alloc_percpu* pcpu_*" },
	{ KDK_FUNCTION_ENTRY,
	  "do_syscall_* __do_syscall* entry_* asm_* do_int80_* "
	  "do_fast_syscall_* __do_fast_syscall_* ret_from_fork* kthread "
	  "worker_thread kernel_thread_* secondary_startup* start_secondary "
	  "cpu_startup_entry do_idle start_kernel rest_init x86_64_start_* "
	  "arch_call_rest_init common_startup_64 el0_* el0t_* el1_irq "
	  "el1h_64_irq* el1_interrupt invoke_syscall do_el0_svc vectors "
	  "ret_fast_syscall ret_to_user system_call* __do_syscall "
	  "syscall_exit_* x64_sys_call ia32_sys_call ppc_* do_trap_ecall_u "
	  "start_secondary_* secondary_start_kernel __secondary_switched "
	  "__primary_switched primary_switched smp_callin" },
};

size_t kdk_function_base(const char *name)
{
	const char *dot = *name ? strchr(name + 1, '.') : NULL;

	return dot ? (size_t)(dot - name) : strlen(name);
}

/* "memcpy*" begins, "*shutdown" ends, else both. */
static bool fits(const char *pattern, size_t pattern_size, const char *name, size_t size)
{
	if (*pattern == '*')
		return size >= pattern_size - 1 &&
		       !memcmp(name + size - (pattern_size - 1), pattern + 1,
			       pattern_size - 1);
	if (pattern[pattern_size - 1] == '*')
		return size >= pattern_size - 1 &&
		       !memcmp(name, pattern, pattern_size - 1);
	return size == pattern_size && !memcmp(name, pattern, size);
}

enum kdk_function_role kdk_function_role(const char *name)
{
	size_t size = kdk_function_base(name);

	for (size_t i = 0; i < KDK_ARRAY_SIZE(roles); i++) {
		const char *at = roles[i].names;

		while (*at) {
			size_t length = strcspn(at, " ");

			if (fits(at, length, name, size))
				return roles[i].role;
			at += length + strspn(at + length, " ");
		}
	}
	return KDK_FUNCTION_PLAIN;
}

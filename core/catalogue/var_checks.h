/* What values of host variables may be. Each returns what is wrong as a sentence, or NULL. */
#pragma once

#include "pxed/slice.h"

typedef const char *var_check_fn(struct pxed_slice value);

var_check_fn var_check_name, var_check_domain, var_check_ip, var_check_ip6, var_check_addrs, var_check_addr6,
    var_check_bool, var_check_net, var_check_vlan, var_check_bond, var_check_install_net, var_check_bootorder,
    var_check_layout, var_check_macs, var_check_disk, var_check_line, var_check_path, var_check_args, var_check_run;

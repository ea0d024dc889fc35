//! The nouns of the man pages: each parses itself and prints itself.
//!
//! A value of these types is always one the kernel could take; what was checked once is not checked
//! again. Nothing here asks the kernel anything, and nothing knows how a value was said: flags,
//! files and the kernel command line are `spec`.

mod address;
pub mod answer;
mod arrival;
mod attributes;
mod caps;
mod cgroup;
mod cgroup_parent;
mod clock;
mod control;
mod controller;
mod endpoint;
pub mod environment;
mod errand;
mod errno;
mod exit;
mod exit_codes;
mod failure;
mod farewell;
pub mod filter;
mod hostname;
mod idmap;
mod interface;
mod join;
pub mod kmsg;
mod landlock;
mod limit;
mod limit_value;
mod log;
mod machine_id;
mod moment;
mod mount;
mod namespace;
mod notification;
mod overlay;
mod policy;
mod ready;
mod record;
mod reload;
mod report_to;
mod request;
mod rlimit;
mod root_source;
pub mod rtnetlink;
mod service_set;
mod signal;
mod signal_set;
mod stdio;
mod subid;
pub mod syscalls;
mod sysctl;
mod user;
mod wall_clock;

pub use address::{Address, Network};
pub use arrival::{ParentDeath, Rewrites};
pub use attributes::{Attributes, HidePid, Propagation};
pub use caps::{Capabilities, CapabilityChanges, CapabilityList, SecureBits};
pub use cgroup::{MemoryCgroup, oom_kills};
pub use cgroup_parent::CgroupParent;
pub use clock::{Clock, Shift};
pub use control::Control;
pub use controller::{Controller, ControllerSet};
pub use endpoint::Endpoint;
pub use errand::Errand;
pub use errno::Errno;
pub use exit::{End, code};
pub use exit_codes::{ExitCodes, ExitMap};
pub use failure::{Failure, Why};
pub use farewell::{Down, Farewell};
pub use hostname::{HostName, ServiceName};
pub use idmap::{IdKind, IdMap, IdRange};
pub use interface::{InterfaceName, Mac, Uplink, Wire};
pub use join::{Join, Whence};
pub use kmsg::{FailOn, Grade};
pub use landlock::{Beneath, LandlockAbi, LandlockPath, Port, PortKind, Scopes, rights};
pub use limit::{Device, Limit, LimitKind};
pub use log::{Log, Stamp};
pub use machine_id::{MachineId, MachineIdFrom};
pub use moment::{Moment, Span};
pub use mount::{Mount, MountType, Source, mode as mount_mode};
pub use namespace::{Namespace, NamespaceSet};
pub use notification::{Heard, Notification, PassedOn, Short, Word};
pub use overlay::{Layers, Upper};
pub use policy::{BeforeStop, Helper, KillMode, Policy, ReadyBy, ReloadBy, Restart, Unhandled};
pub use ready::{PreStop, Ready};
pub use record::{Ended, Fields, Record, Times};
pub use reload::Reload;
pub use report_to::ReportTo;
pub use request::{Denial, Order, Request};
pub use rlimit::{Resource, Rlimit};
pub use root_source::RootSource;
pub use service_set::{ServiceId, ServiceSet};
pub use signal::Signal;
pub use signal_set::SignalSet;
pub use stdio::{Stdio, Terminal};
pub use subid::IdTool;
pub use sysctl::Sysctl;
pub use user::{Account, Proc};
pub use wall_clock::WallClock;

crate::text::display::display!(
    Attributes,
    Capabilities,
    ControllerSet,
    End,
    Errno,
    IdMap,
    Limit<'_>,
    NamespaceSet,
    SecureBits,
    ServiceName<'_>,
    Shift,
    Signal,
    Span,
);

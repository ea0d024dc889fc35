//! The sort of each act.

use crate::plan::Act;
use crate::plan::kinds::Kind;

impl Act<'_> {
    /// Its sort.
    pub const fn kind(&self) -> Kind {
        use crate::model::IdKind::{Gid, Uid};
        match self {
            Self::ReapByKernel | Self::ReapByWaiting => Kind::Reap,
            Self::WatchForStops => Kind::WatchForStops,
            Self::OpenReportPipe | Self::OpenGate => Kind::OpenPipe,
            Self::Clone(_) => Kind::Clone,
            Self::Join(act) => act.kind(),
            Self::Keep(act) => act.kind(),
            Self::WriteIdMap(..) | Self::MapByTool(..) => Kind::WriteIdMap,
            Self::PassGate => Kind::PassGate,
            Self::DenySetgroups => Kind::DenySetgroups,
            Self::MapSelf(Uid, _) => Kind::MapSelfUid,
            Self::MapSelf(Gid, _) => Kind::MapSelfGid,
            Self::CloseInherited => Kind::CloseInherited,
            Self::WaitAtGate => Kind::WaitAtGate,
            Self::LeaveGroup => Kind::LeaveGroup,
            Self::MakeMountsPrivate => Kind::MakeMountsPrivate,
            Self::MountProc => Kind::MountProc,
            Self::ShiftClocks { .. } => Kind::ShiftClocks,
            Self::SetHostname(_) | Self::SetDomainname(_) => Kind::Uts,
            Self::LoopbackUp => Kind::Loopback,
            Self::BecomeMapped { .. } => Kind::BecomeMapped,
            Self::DieWithLauncher => Kind::DieWithLauncher,
            Self::WatchParent(_) => Kind::WatchParent,
            Self::BecomeSubreaper => Kind::Subreaper,
            Self::GiveUpTerminal => Kind::GiveUpTerminal,
            Self::WatchSignals => Kind::WatchSignals,
            Self::Spawn => Kind::Spawn,
            Self::NewGroup
            | Self::NewSession
            | Self::NewTerminal
            | Self::NewSessionWithTerminal => Kind::Session,
            Self::TakeForeground | Self::NoteForeground => Kind::TakeForeground,
            Self::Net(act) => act.kind(),
            Self::Root(act) => act.kind(),
            Self::Limits(act) => act.kind(),
            Self::Machine(act) => act.kind(),
            Self::Filter(act) => act.kind(),
            Self::Confine(act) => act.kind(),
            Self::Control(act) => act.kind(),
            Self::Tie(act) => act.kind(),
            Self::Log(act) => act.kind(),
            Self::Redirect(..) => Kind::Redirect,
            Self::SetUmask(_) | Self::SetRlimit(_) | Self::SetNice(_) | Self::SetOomScoreAdj(_) => {
                Kind::Limits
            }
            Self::BecomeUser { .. } => Kind::BecomeUser,
            Self::DieWithSupervisor => Kind::DieWithSupervisor,
            Self::ChangeDirectory(_) => Kind::ChangeDirectory,
            Self::SetNoNewPrivs => Kind::NoNewPrivs,
            Self::PassReadyPipe(_) => Kind::PassReadyPipe,
            Self::OpenNotifySocket(_) => Kind::OpenNotifySocket,
            Self::LetGo { .. } => Kind::LetGo,
            Self::LeaveMessage(_) => Kind::LeaveMessage,
            Self::TellNotifySocket(_) | Self::HideNotifySocket => Kind::TellNotifySocket,
            Self::Knock(_) => Kind::Knock,
            Self::TellPid { .. } | Self::TellWatchdog(_) => Kind::TellPid,
            Self::RestoreSignals => Kind::RestoreSignals,
            Self::Execute { .. } => Kind::Execute,
        }
    }
}

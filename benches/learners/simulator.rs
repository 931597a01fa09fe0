//! Simulated claims, through the engine, with the shipped features: every learner sees the same matrix.

use std::path::{Path, PathBuf};
use std::process::Command;

use vouch::scoring::{FeatureDefs, ModelKind, SHIPPED_FEATURES};
use vouch::train::{History, Order, Settings, slices};

use super::Fault;
use super::own::{Results, Slices};

/// What is simulated: by default what the shipped model was trained on.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Orders.
    #[arg(long, default_value_t = 1_000_000)]
    orders: u64,
    /// Days.
    #[arg(long, default_value_t = 365)]
    days: u64,
    /// A history that is there already, in place of a simulated one.
    #[arg(long, value_name = "FOLDER")]
    history: Option<PathBuf>,
}

/// Simulates, replays, and fits.
pub(crate) fn run(options: &Options, settings: Settings, folder: &Path) -> Result<(), Fault> {
    let history = match &options.history {
        Some(history) => history.clone(),
        None => simulated(options, folder)?,
    };
    let (features, _) = FeatureDefs::load(SHIPPED_FEATURES)
        .map_err(|_| Fault::from("the shipped features do not load"))?;
    let kind = ModelKind::Supervised;
    let order = Order { name: "bench".to_owned(), features, settings, seed: 1, kind };
    let [train, later, test] = slices(&History::open(&[history])?, &order)?;
    let slices = Slices { train, later, test };
    slices.write(folder)?;
    Results::new(folder).add_all(&slices, &order.settings)
}

/// The history of a simulated platform, as README makes it.
fn simulated(options: &Options, folder: &Path) -> Result<PathBuf, Fault> {
    let (facts, history) = (folder.join("simulated"), folder.join("history"));
    std::fs::create_dir_all(folder)?;
    let geo = |name: &str| facts.join(name).display().to_string();
    let config = folder.join("simulated.toml");
    std::fs::write(
        &config,
        format!(
            "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\nmax_age_d = 100000.0\n",
            geo("geo-city.mmdb"),
            geo("geo-asn.mmdb"),
            geo("geo-anonymous-ip.mmdb"),
        ),
    )?;
    let (orders, days) = (options.orders.to_string(), options.days.to_string());
    vouch(&["simulate", "--overwrite", "--orders", &orders, "--days", &days, "--out"], &[&facts])?;
    let replay = Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["replay", "--overwrite", "--config"])
        .arg(&config)
        .arg("--from")
        .arg(&facts)
        .arg("--out")
        .arg(&history)
        .status()?;
    if replay.success() { Ok(history) } else { Err("`vouch replay` failed".into()) }
}

fn vouch(arguments: &[&str], paths: &[&Path]) -> Result<(), Fault> {
    let status = Command::new(env!("CARGO_BIN_EXE_vouch")).args(arguments).args(paths).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`vouch {}` failed", arguments.join(" ")).into())
    }
}

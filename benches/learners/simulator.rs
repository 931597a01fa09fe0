//! Simulated claims, through the engine, with the shipped features: every learner sees the same matrix.

use std::path::{Path, PathBuf};
use std::process::Command;

use vouch::scoring::{FeatureDefs, ModelKind, SHIPPED_FEATURES};
use vouch::train::{History, Order, Settings, slices};

use super::Fault;
use super::own::{Results, Slices};

/// What is simulated: by default a history of its own, that nobody chose settings on, and a large one. With 3,800 refunds in
/// the last slice, as the shipped model's million orders leave, ten bins of probabilities that are exactly right are off by
/// about 0.012 by chance alone, which is what learners are compared by. Chance falls with the root of the refunds: three
/// times the orders leave about 0.007.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Orders.
    #[arg(long, default_value_t = 3_000_000)]
    orders: u64,
    /// Days.
    #[arg(long, default_value_t = 365)]
    days: u64,
    /// Where the simulation's chance starts from; not the seed of the shipped model's history.
    #[arg(long, default_value_t = 7)]
    seed: u64,
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

/// The history of a simulated platform, as README makes it: answered by rules alone.
fn simulated(options: &Options, folder: &Path) -> Result<PathBuf, Fault> {
    let (facts, history) = (folder.join("simulated"), folder.join("history"));
    std::fs::create_dir_all(folder)?;
    let geo = |name: &str| facts.join(name).display().to_string();
    let config = folder.join("simulated.toml");
    std::fs::write(
        &config,
        format!(
            "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\nmax_age_d = 100000.0\n[model]\nenabled = false\n",
            geo("geo-city.mmdb"),
            geo("geo-asn.mmdb"),
            geo("geo-anonymous-ip.mmdb"),
        ),
    )?;
    let [orders, days, seed] =
        [options.orders, options.days, options.seed].map(|number| number.to_string());
    let size = ["--orders", &orders, "--days", &days, "--seed", &seed];
    vouch(&[&["simulate", "--overwrite"], &size[..], &["--out"]].concat(), &[&facts])?;
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

#!/bin/sh
# What vouch's learners are worth beside scikit-learn, LightGBM and XGBoost, which are installed from PyPI into a folder of
# their own under target/. Prints every figure, also where vouch loses.
#
#   benches/learners.sh                                   claims of 3,000,000 simulated orders (seed 7, a history that no
#                                                         settings were chosen on), and a million made-up rows
#   benches/learners.sh --handbook transactions.parquet   and four weeks of the Fraud Detection Handbook
#   benches/learners.sh --parts "simulator large"         some parts only: handbook, simulator, large
#   benches/learners.sh --history history                 claims of a replay or an export instead of simulated ones
#   benches/learners.sh --orders 1000000 --seed 8         another simulated history
#   benches/learners.sh --settings train.toml             other settings than the shipped ones
#
# Linux only. Needs python3 with venv.
set -eu
here=$PWD
cd "$(dirname "$0")/.."
absolute() {
    case $1 in /*) echo "$1" ;; *) echo "$here/$1" ;; esac
}
handbook='' history='' orders='' parts='handbook simulator large' seed='' settings=''
while [ $# -gt 0 ]; do
    case $1 in
        --handbook) handbook=$(absolute "$2") ;;
        --history) history=$(absolute "$2") ;;
        --orders) orders=$2 ;;
        --parts) parts=$2 ;;
        --seed) seed=$2 ;;
        --settings) settings=$(absolute "$2") ;;
        *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/learners"
home=$(cd "$target/learners" && pwd)
if [ ! -x "$home/venv/bin/python" ]; then
    python3 -m venv "$home/venv"
fi
"$home/venv/bin/pip" install --quiet --disable-pip-version-check -r benches/learners/peers.txt

work=$home/work
rm -rf "$work"
mkdir -p "$work"
ours() {
    cargo bench --quiet --bench learners -- --work "$work" ${settings:+--settings "$settings"} "$@"
}
for part in $parts; do
    case $part in
        handbook)
            if [ -f "$handbook" ]; then
                ours handbook --data "$handbook"
            else
                echo "handbook: not run: there is no file '$handbook'; name it with --handbook" >&2
            fi
            ;;
        simulator)
            ours simulator ${history:+--history "$history"} ${orders:+--orders "$orders"} ${seed:+--seed "$seed"}
            ;;
        large) ours large ;;
        *) echo "there is no part '$part'" >&2; exit 2 ;;
    esac
done
"$home/venv/bin/python" benches/learners/peers.py "$work"
rm -rf "$work"

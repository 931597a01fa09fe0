use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use sha2::{Digest, Sha256};

use super::*;
use crate::evidence::cells::average;
use crate::evidence::perceptual::cosine;
use crate::evidence::picture::lies;

/// As many differing bits still count as the same picture.
const SAME_MAX: u32 = 6;

/// Numbers that look random and are the same for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % bound
    }

    fn colour(&mut self) -> Rgb<u8> {
        Rgb([0; 3].map(|_: u8| u8::try_from(self.below(256)).unwrap()))
    }
}

fn fill(image: &mut RgbImage, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
    for y in y..(y + height).min(image.height()) {
        for x in x..(x + width).min(image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

/// A photo, roughly: a gradient in two directions with discs before it.
fn shapes(seed: u64) -> RgbImage {
    let mut numbers = Numbers(seed);
    let (left, right) = (numbers.colour().0, numbers.colour().0);
    let discs: Vec<_> = (0..12)
        .map(|_| (numbers.below(640), numbers.below(480), 20 + numbers.below(90), numbers.colour()))
        .collect();
    RgbImage::from_fn(640, 480, |x, y| {
        let disc = discs
            .iter()
            .rev()
            .find(|(cx, cy, r, _)| x.abs_diff(*cx).pow(2) + y.abs_diff(*cy).pow(2) < r.pow(2));
        disc.map_or_else(
            || {
                let mix = |a: u8, b: u8| {
                    (u32::from(a) * (640 - x) + u32::from(b) * x) / 640 * (960 - y) / 960
                };
                Rgb(std::array::from_fn(|i| u8::try_from(mix(left[i], right[i])).unwrap()))
            },
            |(.., colour)| *colour,
        )
    })
}

/// A screenshot, roughly: a bar, a few bubbles, lines of words made of strokes.
fn screenshot(seed: u64) -> RgbImage {
    let mut numbers = Numbers(seed);
    let mut image = RgbImage::from_pixel(540, 1_170, Rgb([250, 250, 252]));
    fill(&mut image, (0, 0), (540, 90), Rgb([60, 90, 170]));
    let mut y = 120;
    while y < 1_100 {
        let lines = 1 + numbers.below(5);
        let width = 160 + numbers.below(260);
        let x = if numbers.below(2) == 0 { 20 } else { 520 - width };
        let bubble = if x == 20 { Rgb([225, 225, 230]) } else { Rgb([150, 220, 130]) };
        fill(&mut image, (x, y), (width, lines * 28 + 20), bubble);
        for line in 0..lines {
            let mut at = x + 12;
            while at + 40 < x + width {
                let word = 10 + numbers.below(50);
                for stroke in (0..word).step_by(5) {
                    let tall = 6 + numbers.below(12);
                    fill(
                        &mut image,
                        (at + stroke, y + 14 + line * 28),
                        (2, tall),
                        Rgb([30, 30, 35]),
                    );
                }
                at += word + 9;
            }
        }
        y += lines * 28 + 40 + numbers.below(60);
    }
    image
}

/// A vendor's error: a dialog in the middle of a plain window.
fn dialog(seed: u64) -> RgbImage {
    let mut numbers = Numbers(seed);
    let mut image = RgbImage::from_pixel(1_280, 720, Rgb([238, 240, 243]));
    let (x, y) = (300 + numbers.below(100), 160 + numbers.below(100));
    fill(&mut image, (x, y), (600, 320), Rgb([255, 255, 255]));
    fill(&mut image, (x, y), (600, 44), Rgb([190, 40, 40]));
    for line in 0..3 + numbers.below(4) {
        let words = 100 + numbers.below(430);
        for stroke in (0..words).step_by(6) {
            let tall = 5 + numbers.below(11);
            fill(&mut image, (x + 24 + stroke, y + 70 + line * 30), (3, tall), Rgb([40, 40, 40]));
        }
    }
    fill(&mut image, (x + 440, y + 264), (130, 36), Rgb([40, 110, 220]));
    image
}

fn pictures() -> Vec<(String, RgbImage)> {
    type Kind = (&'static str, fn(u64) -> RgbImage);
    let kinds: [Kind; 3] = [("shapes", shapes), ("screenshot", screenshot), ("dialog", dialog)];
    let seeds = 1..=3;
    seeds
        .flat_map(|seed| kinds.map(|(kind, make)| (format!("{kind} {seed}"), make(seed))))
        .collect()
}

fn encoded(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).unwrap();
    bytes
}

fn picture(bytes: &[u8]) -> Picture {
    inspect(bytes).unwrap().picture.unwrap()
}

fn hash(image: &RgbImage) -> u64 {
    picture(&encoded(image, ImageFormat::Png)).perceptual_hash.unwrap()
}

fn scaled(image: &RgbImage, percent: u32) -> RgbImage {
    let (width, height) = (image.width() * percent / 100, image.height() * percent / 100);
    image::imageops::resize(image, width, height, FilterType::Triangle)
}

fn cropped(image: &RgbImage, permille: u32) -> RgbImage {
    let (dx, dy) = (image.width() * permille / 1_000, image.height() * permille / 1_000);
    let (width, height) = (image.width() - 2 * dx, image.height() - 2 * dy);
    image::imageops::crop_imm(image, dx, dy, width, height).to_image()
}

type Change = (&'static str, fn(&RgbImage) -> Vec<u8>);

/// What people do to a picture without meaning to, or to hide where it is from.
const CHANGES: [Change; 8] = [
    ("compressed again", |image| jpeg(image, 75)),
    ("compressed hard", |image| jpeg(image, 25)),
    ("half the size and compressed", |image| jpeg(&scaled(image, 50), 70)),
    ("a quarter of the size", |image| encoded(&scaled(image, 25), ImageFormat::Png)),
    ("larger", |image| encoded(&scaled(image, 150), ImageFormat::WebP)),
    ("brighter", |image| encoded(&image::imageops::brighten(image, 8), ImageFormat::Png)),
    ("darker", |image| encoded(&image::imageops::brighten(image, -25), ImageFormat::Png)),
    ("a hundredth cut off on each side", |image| encoded(&cropped(image, 10), ImageFormat::Png)),
];

#[test]
fn a_changed_picture_is_found_and_another_one_is_not() {
    let pictures: Vec<_> =
        pictures().into_iter().map(|(name, image)| (name, hash(&image), image)).collect();
    for (name, original, image) in &pictures {
        for (change, apply) in CHANGES {
            let changed = picture(&apply(image)).perceptual_hash.unwrap();
            let distance = (changed ^ original).count_ones();
            assert!(distance <= SAME_MAX, "{name}, {change}: {distance} bits");
        }
    }
    let others = pictures.iter().enumerate().flat_map(|(index, (_, one, _))| {
        pictures[..index].iter().map(move |(_, other, _)| (one ^ other).count_ones())
    });
    let (sum, count) = others.fold((0, 0), |(sum, count), distance| (sum + distance, count + 1));
    assert!(sum / count >= 4 * SAME_MAX, "pictures differ in {} bits on average", sum / count);
}

/// A picture that every decoder decodes alike.
fn golden_picture() -> RgbImage {
    RgbImage::from_fn(100, 70, |x, y| {
        let value = (x * x * 3 + y * y * 5 + x * y * 7) / 16
            + if (x / 9 + y / 7) % 3 == 0 { 90 } else { 0 };
        Rgb([value % 256, (value / 3 + 40) % 256, (value / 5 + 2 * y) % 256]
            .map(|v| u8::try_from(v).unwrap()))
    })
}

/// Computed with another implementation, in floating point, from the description of the module.
#[test]
fn the_hash_never_changes() {
    assert_eq!(format!("{:016x}", hash(&golden_picture())), "86060e1e7efc10fd");
}

#[test]
fn every_format_that_is_read_gives_the_same() {
    let image = golden_picture();
    let expected = hash(&image);
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let read = picture(&encoded(&image, format));
        assert_eq!(read, Picture { width: 100, height: 70, perceptual_hash: Some(expected) });
    }
    // Formats that lose something.
    for format in [ImageFormat::Jpeg, ImageFormat::Gif] {
        let read = picture(&encoded(&image, format)).perceptual_hash.unwrap();
        assert!((read ^ expected).count_ones() <= SAME_MAX, "{format:?}");
    }
}

#[test]
fn turned_by_exif_is_turned() {
    let image = DynamicImage::ImageRgb8(golden_picture());
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        let mut shown = image.clone();
        shown.apply_orientation(orientation);
        let expected = average(&shown, Orientation::NoTransforms);
        assert_eq!(average(&image, orientation), expected, "{orientation:?}");
        assert_eq!(lies(orientation), shown.width() == image.height(), "{orientation:?}");
    }
}

#[test]
fn plain_pictures_have_no_hash() {
    let plain = [
        RgbImage::from_pixel(300, 200, Rgb([255, 255, 255])),
        RgbImage::from_pixel(1, 1, Rgb([9, 9, 9])),
        RgbImage::from_fn(256, 256, |x, _| Rgb([u8::try_from(x).unwrap(); 3])),
        RgbImage::from_fn(256, 256, |_, y| Rgb([255 - u8::try_from(y).unwrap(); 3])),
    ];
    for image in plain {
        let read = picture(&encoded(&image, ImageFormat::Png));
        assert_eq!((read.width, read.height), image.dimensions());
        assert_eq!(read.perceptual_hash, None);
        assert_eq!(picture(&jpeg(&image, 40)).perceptual_hash, None, "noise is no picture");
    }
}

#[test]
fn what_cannot_be_seen_does_not_count() {
    let image = golden_picture();
    let on_white = RgbaImage::from_fn(100, 70, |x, y| {
        let Rgb([red, green, blue]) = *image.get_pixel(x, y);
        if x < 20 { Rgba([255; 4]) } else { Rgba([red, green, blue, 255]) }
    });
    let hidden = RgbaImage::from_fn(100, 70, |x, y| {
        let Rgb([red, green, blue]) = *image.get_pixel(x, y);
        Rgba([red, green, blue, if x < 20 { 0 } else { 255 }])
    });
    let seen = |image: RgbaImage| average(&image.into(), Orientation::NoTransforms);
    assert_eq!(seen(hidden), seen(on_white));
}

/// The average over cells against its definition, pixel part by pixel part, for sizes that 32 does not divide.
#[test]
fn cells_are_averages() {
    for (width, height) in [(1, 1), (7, 45), (33, 31), (64, 32)] {
        let mut numbers = Numbers(u64::from(width));
        let image =
            image::GrayImage::from_fn(width, height, |_, _| image::Luma([numbers.colour().0[0]]));
        let cells = average(&image.clone().into(), Orientation::NoTransforms);
        let parts = u64::from(width * height);
        for (cell_y, row) in cells.rows().enumerate() {
            for (cell_x, cell) in row.iter().enumerate() {
                let mut sum = 0;
                for part in 0..width * height {
                    let x = (u32::try_from(cell_x).unwrap() * width + part % width) / 32;
                    let y = (u32::try_from(cell_y).unwrap() * height + part / width) / 32;
                    sum += u64::from(image.get_pixel(x, y).0[0]);
                }
                assert_eq!(u64::from(*cell), (256 * sum + parts / 2) / parts, "{width} x {height}");
            }
        }
    }
}

#[test]
fn a_file_that_is_no_picture_has_a_digest() {
    let long = vec![7; 200_000];
    for bytes in
        [b"".as_slice(), b"an ordinary text", b"%PDF-1.7 and more than sixteen bytes", &long]
    {
        let inspected = inspect(bytes).unwrap();
        assert_eq!(inspected.sha256.0, <[u8; 32]>::from(Sha256::digest(bytes)));
        assert_eq!(inspected.picture, None);
    }
    let image = encoded(&golden_picture(), ImageFormat::Png);
    let digest = <[u8; 32]>::from(Sha256::digest(&image));
    assert_eq!(inspect(image.as_slice()).unwrap().sha256.0, digest);
}

/// A PNG of a few bytes that unfolds into `width` x `height` pixels; its checksums are right.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&RgbImage::new(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// As PNG has it (ISO 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    })
}

#[test]
fn a_bomb_is_refused_before_it_unfolds() {
    for (width, height) in [(50_000, 50_000), (20_000, 20_000), (30_001, 1), (1, u32::MAX >> 1)] {
        let error = inspect(bomb(width, height).as_slice()).unwrap_err();
        let refused = matches!(
            error,
            EvidenceError::Picture(PictureError::TooLarge { .. } | PictureError::Decode(_))
        );
        assert!(refused, "{width} x {height}: {error}");
    }
    let text = inspect(bomb(20_000, 20_000).as_slice()).unwrap_err().to_string();
    assert!(text.starts_with("unfolds into 20000 x 20000 pixels; give at most"), "{text}");
}

#[test]
fn a_damaged_or_oversized_image_is_refused() {
    let image = encoded(&golden_picture(), ImageFormat::Png);
    let cut = inspect(&image[..image.len() / 2]).unwrap_err().to_string();
    assert!(cut.starts_with("cannot be decoded: "), "{cut}");
    let magic = inspect(&image[..16]).unwrap_err().to_string();
    assert!(magic.starts_with("cannot be decoded: "), "{magic}");
    let endless = std::io::Read::chain(image.as_slice(), std::io::repeat(0));
    let error = inspect(endless).unwrap_err();
    assert!(matches!(error, EvidenceError::TooManyBytes { max_bytes: IMAGE_MAX_BYTES }), "{error}");
}

#[test]
fn the_waves_are_cosines() {
    for k in 0..300_u32 {
        let expected = (f64::from(k) * std::f64::consts::PI / 64.0).cos() * 16_384.0;
        let table = i32::try_from(cosine(usize::try_from(k).unwrap())).unwrap();
        assert!((f64::from(table) - expected).abs() <= 0.5, "{k}");
    }
}

//! An XLSForm workbook: the bytes as they come, and as the sheet of an otherwise good workbook.
#![no_main]

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

const NAMES: &str = "http://schemas.openxmlformats.org/";

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = questionnaires::import::xlsform(file);
    let _ = questionnaires::import::xlsform(&workbook(file));
});

fn workbook(sheet: &[u8]) -> Vec<u8> {
    let of = |kind: &str, to: &str| {
        format!(
            "<Relationships xmlns=\"{NAMES}package/2006/relationships\"><Relationship Id=\"r\" \
             Type=\"{NAMES}officeDocument/2006/relationships/{kind}\" \
             Target=\"{to}\"/></Relationships>"
        )
    };
    let book = format!(
        "<workbook xmlns=\"{NAMES}spreadsheetml/2006/main\" \
         xmlns:r=\"{NAMES}officeDocument/2006/relationships\"><sheets><sheet name=\"survey\" \
         sheetId=\"1\" r:id=\"r\"/></sheets></workbook>"
    );
    let parts = [
        ("_rels/.rels", of("officeDocument", "xl/workbook.xml").into_bytes()),
        ("xl/_rels/workbook.xml.rels", of("worksheet", "worksheets/sheet1.xml").into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.to_vec()),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).expect("a part");
        zip.write_all(&content).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

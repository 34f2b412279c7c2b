//! Tables as Parquet files.

use crate::{Column, Frame};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::sync::Arc;

/// One row group; all columns may lack values.
pub(crate) fn write(frame: &Frame) -> Result<Vec<u8>, ParquetError> {
    let fields = frame.columns.iter().map(|(name, column)| field(name, column)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("runs").with_fields(fields).build()?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build()))?;
    let mut group = writer.next_row_group()?;
    for (_, column) in &frame.columns {
        let Some(mut writer) = group.next_column()? else { break };
        match column {
            Column::Text(values) => {
                let (present, levels) = split(values.iter().map(|v| v.as_deref().map(ByteArray::from)));
                writer.typed::<ByteArrayType>().write_batch(&present, Some(&levels), None)?;
            }
            Column::Number(values) => {
                let (present, levels) = split(values.iter().copied());
                writer.typed::<DoubleType>().write_batch(&present, Some(&levels), None)?;
            }
            Column::Count(values) => {
                // Parquet keeps unsigned numbers in signed ones of the same bits.
                let (present, levels) = split(values.iter().map(|v| v.map(u64::cast_signed)));
                writer.typed::<Int64Type>().write_batch(&present, Some(&levels), None)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn field(name: &str, column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column {
        Column::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Column::Number(_) => (Physical::DOUBLE, None),
        Column::Count(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
    };
    let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(builder.with_logical_type(logical).build()?))
}

/// The values that are there, and for each row whether one is.
fn split<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    (present, levels)
}

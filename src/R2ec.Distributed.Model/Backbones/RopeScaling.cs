namespace R2ec.Distributed.Model.Backbones;

/// <summary>Llama 3's stretching of the rotary frequencies: slow ones are divided by the factor, fast ones kept, those between blended.</summary>
/// <param name="Factor">By how much the slow frequencies are stretched.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original / this are stretched in full.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original / this are left as they are.</param>
/// <param name="OriginalPositions">The context length before the stretching.</param>
public sealed record RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, long OriginalPositions);
